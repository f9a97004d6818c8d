# SPDX-License-Identifier: Apache-2.0
"""What can keep the demonstration from being played.

DemoError
├── ServiceNotUp    the service does not come up
├── FolderForeign   the folder has a network that is not the demonstration's
└── StepDiffers     the service answered a step of the story otherwise than it must
"""

from chain.domain.errors import DeepTierError


class DemoError(DeepTierError):
    """Something about the demonstration."""


class ServiceNotUp(DemoError):
    """Raised when the service ends at its start, or is not ready in time."""

    code = "service-not-up"
    fields = ("log",)
    zh = "服务未能启动。"
    en = "The service does not come up."
    next_zh = "请查看 {log}；若端口或目录被占用，请先结束占用者。"
    next_en = "See {log}; if a port or the folder is taken, end what takes it first."


class FolderForeign(DemoError):
    """Raised when the folder has a network that the story was not begun on."""

    code = "foreign-folder"
    fields = ("folder",)
    zh = "{folder} 中的网络不是演示网络，不能在其上演示。"
    en = "The network in {folder} is not one that the story was begun on."
    next_zh = "请用 --folder 另选目录；若其中的数据不再需要，可用 --fresh 重新开始。"
    next_en = "Choose another folder with --folder, or begin anew with --fresh if nothing in it is needed."


class StepDiffers(DemoError):
    """Raised when a step ends otherwise than the story tells. That would be a fault of the software."""

    code = "step-differs"
    fields = ("step", "expected", "found")
    zh = "第 {step} 步的结果应为“{expected}”，实际为“{found}”。"
    en = "Step {step} must end in '{expected}', and ended in '{found}'."
    next_zh = "请用 --fresh 重试；若仍如此，请附上该目录报告缺陷。"
    next_en = "Try again with --fresh; if it happens again, report it with the folder."
