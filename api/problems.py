# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with a request, whatever it asks for.

HttpError                   branch: each leaf says its status; api/access has leaves of its own
├── NotFound                nothing there, or nothing for the viewer to see: the same to a stranger
├── PathUnknown             no such path
├── ProblemUnknown          no problem of that code
├── MethodUnknown           the path is there, the method is not
├── RequestMalformed        a parameter or a body is not of its form
├── BodyTooLarge            more octets than a request may have
├── BodyUnreadable          neither JSON nor a form
├── HeaderAmbiguous         a header twice that may stand there once
├── DatabaseAway            the book or the mirror cannot be reached, read or written now
├── OutcomeUntold           it may have been done, and nothing can be told of it now
├── TooSlow                 no answer within the time there is
└── Fault                   a fault of ours; the log says where
PartError                   branch: why the service is not ready
├── PartDown                a part of the service does not run
├── NodeSilent              the node was not heard for a while, so nothing says how old the mirror is
└── MirrorBehind            the node has blocks that the mirror has not
"""

from typing import ClassVar

from chain.domain.errors import DeepTierError


class HttpError(DeepTierError):
    """Something about a request. `status`: of the answer."""

    status: ClassVar[int]

    def headers(self) -> dict[str, str]:
        """What the answer's head says beyond its status."""
        return {}


class NotFound(HttpError):
    """Raised when what is asked about is not there, or not for the viewer to see."""

    status = 404
    code = "not-found"
    zh = "查无此项，或您无权查看。"
    en = "There is no such thing, or it is not for you to see."
    next_zh = "请核对编号；若确属贵方业务，请与对方或登记机构联系。"
    next_en = "Check the id; if it is business of yours, ask the other party or the Registrar."


class PathUnknown(HttpError):
    """Raised when a request names a path that this service does not have."""

    status = 404
    code = "unknown-path"
    zh = "没有这个路径。"
    en = "There is no such path."
    next_zh = "全部路径见 /docs。"
    next_en = "All paths are listed at /docs."


class ProblemUnknown(HttpError):
    """Raised when somebody asks what a problem's code means, and there is no such code."""

    status = 404
    code = "unknown-problem"
    zh = "没有这个问题代码。"
    en = "There is no problem of that code."
    next_zh = "请使用应答中 code 字段的值。"
    next_en = "Use the code that an answer gave."


class MethodUnknown(HttpError):
    """Raised when a path does not know the request's method."""

    status = 405
    code = "unknown-method"
    zh = "该路径不支持此方法。"
    en = "This path does not know that method."
    next_zh = "可用方法见应答头 Allow 和 /docs。"
    next_en = "The header Allow and /docs say which methods it knows."


class RequestMalformed(HttpError):
    """Raised when a parameter or a body is not of the form that the path asks for."""

    status = 422
    code = "malformed-request"
    zh = "请求的格式不正确，未作任何处理。"
    en = "The request is not of the form it should have; nothing was done."
    next_zh = "请按 errors 逐项改正；各项的格式见 /docs。"
    next_en = "Mend what `errors` names; /docs tells the form of each."


class BodyTooLarge(HttpError):
    """Raised when a request has more octets than this service takes."""

    status = 413
    code = "body-too-large"
    fields = ("most",)
    zh = "请求超过 {most} 字节，未作任何处理。"
    en = "The request has more than {most} octets; nothing was done."
    next_zh = "请缩小内容，或分几次提交。"
    next_en = "Make it smaller, or send it in parts."


class BodyUnreadable(HttpError):
    """Raised when the body of a request is of a type that no path takes."""

    status = 415
    code = "unreadable-body"
    zh = "不支持该内容类型。"
    en = "No path takes a body of that type."
    next_zh = "请使用 application/json；上传文件时使用 multipart/form-data。"
    next_en = "Send application/json, or multipart/form-data for a file."


class HeaderAmbiguous(HttpError):
    """Raised when a header stands there twice, or says what another one denies: one could be taken for the other."""

    status = 422
    code = "ambiguous-header"
    fields = ("header",)
    zh = "请求头 {header} 重复或自相矛盾，未作任何处理。"
    en = "The header {header} stands there twice or contradicts another one; nothing was done."
    next_zh = "该请求头只应出现一次，请改正后重试。"
    next_en = "Send it once; if you did, see what a proxy on the way adds."


class DatabaseAway(HttpError):
    """Raised in place of an error of a database, whose text names paths and hosts that are nobody's business."""

    status = 503
    code = "database-away"
    zh = "数据库暂时不可用，未作任何更改。"
    en = "A database of the service is not available now; nothing was changed."
    next_zh = "请稍后重试；/ready 说明哪一部分有问题。"
    next_en = "Try again later; /ready says which part it is."

    def headers(self) -> dict[str, str]:
        return {"Retry-After": "1"}


class OutcomeUntold(HttpError):
    """Raised when a request may have been carried out, but what came of it cannot be told now: a database did not
    confirm it, or was away when the answer was to be made.
    """

    status = 503
    code = "outcome-untold"
    zh = "请求可能已经执行，但目前无法告知结果。"
    en = "The request may have been carried out, but what came of it cannot be told now."
    next_zh = "请稍后用同一个 Idempotency-Key 再次发送：只会执行一次，并会得到结果。"
    next_en = "Send it again in a moment under the same Idempotency-Key: it is carried out once, and then told."

    def headers(self) -> dict[str, str]:
        return {"Retry-After": "1"}


class TooSlow(HttpError):
    """Raised when a request is not answered within the time that there is for one."""

    status = 503
    code = "too-slow"
    fields = ("seconds",)
    zh = "请求未能在 {seconds} 秒内完成。"
    en = "The request was not answered within {seconds} seconds."
    next_zh = "请稍后重试；查询可以缩小范围，写操作请沿用同一个 Idempotency-Key，只会执行一次。"
    next_en = (
        "Try again later; of a read ask for less at a time, a write send under its Idempotency-Key again: done once."
    )

    def headers(self) -> dict[str, str]:
        return {"Retry-After": "1"}


class Fault(HttpError):
    """Raised when something happened that nobody thought of; the log has its kind and place."""

    status = 500
    code = "fault"
    zh = "服务内部出错。"
    en = "Something went wrong inside the service."
    next_zh = "请稍后重试；若仍出错，请告知运营方发生的时间。"
    next_en = "Try again later; if it happens again, tell the operator when it did."


class PartError(DeepTierError):
    """Why the service is not ready."""


class PartDown(PartError):
    """Raised when a part of the service does not run; `state` is what the supervisor or the part itself says."""

    code = "part-down"
    fields = ("part", "state")
    zh = "服务的组成部分 {part} 未在运行：{state}。"
    en = "The part {part} of the service does not run: {state}."
    next_zh = "请运行 deeptier status 查看原因；服务会自动重试。"
    next_en = "See deeptier status for the reason; the service goes on trying."


class NodeSilent(PartError):
    """Raised when the mirror has not heard the node for longer than it takes to be sure of anything."""

    code = "node-silent"
    fields = ("age",)
    zh = "镜像已有 {age} 秒未得到节点的消息。"
    en = "The mirror last heard the node {age} seconds ago."
    next_zh = "请检查节点和镜像进程；数据仍可查询，但可能不是最新。"
    next_en = "See to the node and the mirror's process; reads go on, but may be old."


class MirrorBehind(PartError):
    """Raised when the node has blocks that are not in the mirror yet."""

    code = "mirror-behind"
    fields = ("block", "head")
    zh = "镜像到区块 {block}，节点已到 {head}。"
    en = "The mirror is at block {block}, the node at {head}."
    next_zh = "请稍候，镜像正在追赶。"
    next_en = "Wait a moment: the mirror is catching up."
