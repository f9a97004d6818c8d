# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with a database or its backup: two branches of the error tree.

    StoreError
    ├── retryable: the same again may succeed
    │   ├── StoreBusy           somebody else holds what we need
    │   ├── StoreUnavailable    no connection, a failing disk, a file that may not be written
    │   ├── DiskFull            no room, or too little, on a disk of this machine
    │   ├── ServerDiskFull      no room on the disk of the database server
    │   └── CommitUncertain     the answer to a COMMIT was lost: look before doing it again
    └── fatal: the same again fails the same way
        ├── StoreAddressMalformed   no address of a database
        ├── StoreMissing            there is no such SQLite file
        ├── StoreDamaged            what it holds is not what was written
        ├── AlreadyThere            a row with that key exists
        ├── RowRefused              a row that the tables do not admit
        ├── SchemaTooOld            the tables are older than this software's
        ├── SchemaTooNew            the tables were made by a newer one
        └── StoreNotEmpty           a backup is restored into an empty book alone
    BackupError
    ├── BackupUnusable      the system does not let us read or write the file
    ├── BackupForeign       it is no backup of a book
    ├── BackupDamaged       it is not what was written
    └── BackupTooNew        it was made by newer software

`store` in an error text is a path, or scheme, host, port and name: a URL's user and password stay out of it.
"""

from typing import ClassVar

from chain.domain.errors import DeepTierError


class StoreError(DeepTierError):
    """Something went wrong between us and a database. `retryable`: whether the same again may succeed."""

    retryable: ClassVar[bool] = False


class StoreBusy(StoreError):
    """Raised when another connection held what we need for longer than our patience; nothing was changed."""

    retryable = True
    code = "store-busy"
    fields = ("store", "why")
    zh = "数据库 {store} 正忙：{why}；未作任何更改。"
    en = "The database {store} is busy: {why}; nothing was changed."
    next_zh = "请稍后重试。"
    next_en = "Try again later."


class StoreUnavailable(StoreError):
    """Raised when the database cannot be reached, read or written now; the transaction has changed nothing."""

    retryable = True
    code = "store-unavailable"
    fields = ("store", "why")
    zh = "数据库 {store} 不可用：{why}；未作任何更改。"
    en = "The database {store} is unavailable: {why}; nothing was changed."
    next_zh = "请检查数据库服务、磁盘与文件权限，然后重试。"
    next_en = "See to the server, the disk and the file's permissions, then try again."


class DiskFull(StoreError):
    """Raised when a disk of this machine has no room, or less than is wanted before something new is begun.

    `place`: a file or folder on it; `left`: MiB.
    """

    retryable = True
    code = "disk-full"
    fields = ("place", "left")
    zh = "{place} 所在磁盘仅剩 {left} MiB，空间不足；未作任何更改。"
    en = "The disk of {place} has no more than {left} MiB left, which is too little; nothing was changed."
    next_zh = "请在该磁盘上腾出空间（deeptier status 说明是哪个磁盘）；此后服务会自动继续。"
    next_en = "Free some room on it (deeptier status says which it is); the service then goes on by itself."


class ServerDiskFull(StoreError):
    """Raised when a database server has no room on its disk, which may be another machine's."""

    retryable = True
    code = "server-disk-full"
    fields = ("store",)
    zh = "数据库 {store} 的服务器磁盘已满；未作任何更改。"
    en = "The server of the database {store} has no room on its disk; nothing was changed."
    next_zh = "请在数据库服务器上腾出空间；此后服务会自动继续。"
    next_en = "Free some room on the database server's disk; the service then goes on by itself."


class CommitUncertain(StoreError):
    """Raised when a COMMIT was begun and its outcome was not learnt: all of the transaction stands, or nothing."""

    retryable = True
    code = "uncertain-commit"
    fields = ("store", "why")
    zh = "数据库 {store} 未确认提交结果：{why}；本次更改或全部生效，或全部未生效。"
    en = "The database {store} did not confirm a commit: {why}; either all of it stands or nothing."
    next_zh = "请先查询该更改是否已生效，再决定是否重做。"
    next_en = "See whether the change stands before making it again."


class StoreAddressMalformed(StoreError):
    """Raised when an address is neither sqlite:///absolute/path nor postgresql://…; `address` has no password."""

    code = "malformed-store-address"
    fields = ("address",)
    zh = "{address} 不是数据库地址。"
    en = "{address} is no address of a database."
    next_zh = "请填写形如 sqlite:///绝对路径 或 postgresql://主机/库名 的地址。"
    next_en = "Give an address such as sqlite:///absolute/path or postgresql://host/name."


class StoreMissing(StoreError):
    """Raised when there is no such SQLite file."""

    code = "missing-store"
    fields = ("store",)
    zh = "数据库 {store} 不存在。"
    en = "There is no database {store}."
    next_zh = "请检查地址；新库由 deeptier up 建立，旧库可用 deeptier book restore 恢复。"
    next_en = "See to the address; deeptier up makes a new one, deeptier book restore brings an old one back."


class StoreDamaged(StoreError):
    """Raised when the database finds that what it holds is not what was written."""

    code = "damaged-store"
    fields = ("store", "why")
    zh = "数据库 {store} 已损坏：{why}。"
    en = "The database {store} is damaged: {why}."
    next_zh = "请停止服务并从备份恢复（deeptier book restore）。"
    next_en = "Stop the service and restore from a backup (deeptier book restore)."


class AlreadyThere(StoreError):
    """Raised when a row with that key exists; `rule` is the name of the key, the same in every database."""

    code = "already-there"
    fields = ("store", "rule")
    zh = "数据库 {store} 中已有相同键的记录（{rule}）。"
    en = "The database {store} already has a row with that key ({rule})."
    next_zh = "请读取已有记录。"
    next_en = "Read the row that is there."


class RowRefused(StoreError):
    """Raised when a row is not one that the tables admit: a wrong length, an unknown state, a missing parent."""

    code = "refused-row"
    fields = ("store", "why")
    zh = "数据库 {store} 不接受该记录：{why}。"
    en = "The database {store} does not admit the row: {why}."
    next_zh = "这是程序错误，请附上本消息报告。"
    next_en = "This is a fault of the program: report it with this message."


class SchemaTooOld(StoreError):
    """Raised when the tables are of an earlier revision than this software works with, or there are none ("none")."""

    code = "schema-too-old"
    fields = ("store", "found", "expected")
    zh = "数据库 {store} 的结构版本为 {found}，本软件需要 {expected}。"
    en = "The tables of {store} have revision {found}; this software needs {expected}."
    next_zh = "请先备份，再运行 deeptier up 升级。"
    next_en = "Make a backup, then run deeptier up, which upgrades it."


class SchemaTooNew(StoreError):
    """Raised when the tables have a revision that this software does not know."""

    code = "schema-too-new"
    fields = ("store", "found", "expected")
    zh = "数据库 {store} 的结构版本 {found} 由更新的软件建立，本软件只支持到 {expected}。"
    en = "The tables of {store} have revision {found}, made by newer software; this one knows them up to {expected}."
    next_zh = "请使用更新版本的软件；数据未作任何更改。"
    next_en = "Use the newer software; nothing was changed."


class StoreNotEmpty(StoreError):
    """Raised when a backup is to be restored over something."""

    code = "store-not-empty"
    fields = ("store", "table")
    zh = "数据库 {store} 不是空库（表 {table} 已有记录）；未作任何更改。"
    en = "The database {store} is not empty (table {table} has rows); nothing was changed."
    next_zh = "请恢复到新的空库，核对后再切换。"
    next_en = "Restore into a new, empty database, and switch over when it is checked."


class BackupError(DeepTierError):
    """Something is wrong with a backup's file."""


class BackupUnusable(BackupError):
    """Raised when the system does not let us read or write the file; what had that name before is untouched."""

    code = "unusable-backup"
    fields = ("file", "why")
    zh = "无法读写备份文件 {file}：{why}。"
    en = "The backup {file} cannot be read or written: {why}."
    next_zh = "请检查路径、权限与磁盘空间。"
    next_en = "See to its path, its permissions and the room on the disk."


class BackupForeign(BackupError):
    """Raised when a file is no backup of a book."""

    code = "foreign-backup"
    fields = ("file",)
    zh = "{file} 不是业务库的备份。"
    en = "{file} is no backup of a book."
    next_zh = "请选择由 deeptier book backup 写出的文件。"
    next_en = "Give a file that deeptier book backup wrote."


class BackupDamaged(BackupError):
    """Raised when a backup is not what was written; nothing was restored."""

    code = "damaged-backup"
    fields = ("file", "why")
    zh = "备份 {file} 已损坏：{why}；未恢复任何内容。"
    en = "The backup {file} is damaged: {why}; nothing was restored."
    next_zh = "请改用另一份备份。"
    next_en = "Use another backup."


class BackupTooNew(BackupError):
    """Raised when a backup has a revision or a form that this software does not know."""

    code = "backup-too-new"
    fields = ("file", "found", "expected")
    zh = "备份 {file} 的版本 {found} 由更新的软件写出，本软件只支持到 {expected}。"
    en = "The backup {file} has version {found}, written by newer software; this one reads them up to {expected}."
    next_zh = "请使用更新版本的软件。"
    next_en = "Use the newer software."
