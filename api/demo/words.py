# SPDX-License-Identifier: Apache-2.0
"""The words that the demonstration adds to the story's."""

from collections.abc import Mapping

from api.story.bilingual import Words
from api.story.words import OPENING as STORY

OPENING = (
    STORY[0],
    Words(
        "公司、人物和金额均为虚构，其余都是真的：每一步都由各公司的人员通过 HTTP 接口提出，由签名进程签名，"
        "写入账本，再从链上镜像查出。演到一半，整个服务会被强行终止。",
        "The companies, people and amounts are made up; the rest is real. Each step is asked for over HTTP by an "
        "officer of a company, signed by the signer, carried to the ledger and read back from its mirror. "
        "Half-way through, the whole service is killed.",
    ),
)
STARTING = Words(
    "正在启动服务：节点、签名、提交、镜像、接口…", "Starting the service: node, signer, sender, mirror, HTTP…"
)
NETWORK = Words("网络 {chain_id}，接口 {url}", "network {chain_id}, API at {url}")
AGAIN = Words(
    "这个网络上已经演到第 {step} 步，接着往下演；已完成的步骤凭同样的幂等键得到同样的应答，不会重复。",
    "The story was played up to step {step} on this network. It goes on from there: what was done is answered again "
    "under its idempotency keys, and nothing is done twice.",
)

OVER = Words(
    "这个网络上的故事已经演完；下面是它的结局。要从头再演，请加 --fresh。",
    "The story was played to its end on this network; here is how it ended. To play it again, add --fresh.",
)
CHANGED = Words(
    "演示人员的密钥已被更换或吊销，这里不再替他们查询；网络照常可用。",
    "A demo officer's key was changed or revoked since, so nothing is asked in their name; the network goes on.",
)

LINES: Mapping[str, Words] = {
    "drafted": Words(
        "{actor:name}的经办上传{seller:name}开来的 {count} 张电子发票，合计 {amount:money}，拟好凭证并签名；登记机构"
        "逐张登记指纹：凭指纹认得出发票，却读不出内容。现在等{checker:name}复核。",
        "{actor:name}'s maker uploads {count} e-invoices from {seller:name}, {amount:money} in all, drafts the promise "
        "and signs. The Registrar records a fingerprint of each: enough to recognise the invoice, not enough to read "
        "it. The draft waits for {checker:name}.",
    ),
    "asked_again": Words(
        "{owner:name}的网络断了一下，把签收的请求原样再发一次：同一个幂等键，得到同一笔提交，没有发生第二次。",
        "{owner:name} lost its connection and sends its acceptance once more. Same key, same submission: nothing "
        "happens twice.",
    ),
    "asked_banks": Words(
        "{actor:name}急需用钱，想把 {amount:money}提前变现，请{first:name}和{second:name}报价。",
        "{actor:name} needs money now and asks {first:name} and {second:name} to quote for {amount:money}.",
    ),
    "offer": Words(
        "{actor:name}给出密封报价，年利率 {rate:rate}（{basis}）：今天付 {price:money}，"
        "换 {days} 天后的 {amount:money}。",
        "{actor:name} gives a sealed quote at {rate:rate} a year ({basis}): {price:money} today for {amount:money} in "
        "{days} days.",
    ),
    "rival_offer": Words(
        "{actor:name}给出密封报价，年利率 {rate:rate}：今天付 {price:money}。开启之前，谁也读不到，运营方也不例外。",
        "{actor:name} gives a sealed quote at {rate:rate} a year: {price:money} today. Until it is opened nobody can "
        "read it, the operator included.",
    ),
    "opened": Words(
        "{actor:name}用自己的密钥开启报价，按到手金额比较：{better:name}多给 {more:money}。",
        "{actor:name} opens the quotes with its own key and compares what reaches its account: {better:name} pays "
        "{more:money} more.",
    ),
    "intruder": Words(
        "{actor:name}想把{owner:name}剩下的 {amount:money}（债权 {claim}）转到自己名下：在它看来，这笔债权根本不存在。",
        "{actor:name} tries to have {owner:name}'s remaining {amount:money} (claim {claim}). For all it can see, there "
        "is no such claim.",
    ),
    "killed": Words(
        "就在这时，{count} 个进程全部被 SIGKILL 强行终止：节点、签名、提交、镜像、接口，无一来得及收尾。",
        "At this moment all {count} processes are killed outright (SIGKILL): node, signer, sender, mirror and HTTP. "
        "None of them gets to say goodbye.",
    ),
    "back": Words(
        "{seconds} 秒后服务恢复：账本从业务库逐块重建，{blocks} 个区块的哈希与之前完全相同；{claims} 笔债权一分不差。",
        "{seconds} seconds later it is back. The ledger was built again from the book, all {blocks} blocks with the "
        "same hashes as before; {claims} claims are there to the cent.",
    ),
}

HOLDINGS = Words("谁现在持有什么", "Who holds what now")
LADDER = Words("{bank:name}何时收款", "When {bank:name} will be paid")
TREE = Words("追根溯源：{holder:name}的债权 {claim}", "Where {holder:name}'s claim {claim} came from")
RECONCILE = Words("镜像与链上逐项核对", "The mirror compared with the chain, row by row")
PAID = Words("谁拿到了多少", "Who was paid what")
NEXT_TITLE = Words("接下来", "What next")
CLOCK = Words(
    "这个网络的时钟走到了 2026 年 7 月，从那里往下走：发票和日期都以它为准。",
    "This network's clock has come to July 2026 and goes on from there: invoices and dates are judged by it.",
)
STAYS = Words("服务仍在运行，按 Ctrl-C 结束。", "The service stays up; Ctrl-C ends it.")
DOCS = Words("接口文档（无需联网）：{url}/docs", "The API, explained without a network: {url}/docs")
TRY = Words(
    "另开一个终端，在本文件夹中运行 . .venv/bin/activate 后试试：",
    "In another terminal, in this folder and after . .venv/bin/activate, try:",
)
ENDED = Words(
    "服务已停止，数据都在 {folder}。继续使用：./scripts/demo{option}",
    "The service has ended; everything is in {folder}. To go on: ./scripts/demo{option}",
)
SESSION = (
    "deeptier login --demo yunling.1{folder}",
    "deeptier obligation list{folder}",
    "deeptier login --demo linjiang.1{folder}",
    "deeptier trace 10-1-5{folder}",
    "deeptier holdings --state ended{folder}",
    "deeptier export holdings --state ended --csv holdings.csv{folder}",
)
"""A short session; each line runs as it stands."""
