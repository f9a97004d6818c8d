# SPDX-License-Identifier: Apache-2.0
"""What operations are called outside the ledger."""


def snake(name: str) -> str:
    """The name of an operation as people read it: "split_many" for SplitMany."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
