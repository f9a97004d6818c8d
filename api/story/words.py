# SPDX-License-Identifier: Apache-2.0
"""Every word of the story, Chinese and English side by side: written in each language, not translated word by word.

A line is a template over its step's `facts` and over `actor`, `amount` and `day`. Formats: `money` (fen), `date`,
`later` (time gone by), `rate` (ppm a year), `role`, `name` (of a company or a person); `telling` knows them.
"""

from collections.abc import Mapping

from api.story.bilingual import Words
from api.story.steps import Scene

OPENING = (
    Words(
        "这是一个应收账款逐级流转的故事：一家汽车厂承诺付款一百万元，凭证被拆分、转让、贴现，最后逐分兑付。",
        "A car maker promises to pay one million yuan. Follow that promise down its supply chain: divided, passed on, "
        "sold for cash, and at last paid to the cent.",
    ),
    Words(
        "公司、人物和金额均为虚构；账本是真的，临时运行在这台电脑上，每一笔签名也都是真的。",
        "The companies, people and amounts are made up. The ledger is real and runs on this computer just for the "
        "story, and every signature is genuine.",
    ),
    Words(
        "行末的小字 gas 是账本处理该步骤的工作量，好比里程表上的公里数；这里不收任何费用。",
        "The small figure at the end of a line is the work that step gave the ledger, counted in units called gas, "
        "as a car counts kilometres. Nothing is charged for it here.",
    ),
)
SEED = Words(
    "本次种子 {seed}：运行 deeptier story --seed {seed} 可重现同一批密钥。",
    "Seed {seed}: deeptier story --seed {seed} draws the same keys again.",
)

STARTING = Words("正在启动节点、部署账本…", "Starting the node and putting the ledger in place…")

SCENES: Mapping[Scene, Words] = {
    Scene.MEMBERS: Words("一、各方入场", "1. Who takes part"),
    Scene.INVOICES: Words("二、登记发票", "2. The invoices go on record"),
    Scene.PROMISE: Words("三、开立与签收", "3. The promise"),
    Scene.CHAIN: Words("四、逐级流转", "4. Down the supply chain"),
    Scene.CASH: Words("五、提前拿到现金", "5. Cash today"),
    Scene.DUE: Words("六、到期付款", "6. The due date"),
    Scene.LATE: Words("七、逾期", "7. Overdue"),
    Scene.SETTLED: Words("八、全部结清", "8. Paid to the cent"),
}

LINES: Mapping[str, Words] = {
    "start": Words("{day:date}", "{day:date}"),
    "clock": Words("{day:date}，{since:later}", "{day:date}, {since:later}"),
    "clock_due": Words("{day:date}，{since:later}：到期日", "{day:date}, {since:later}: the due date"),
    "admit": Words(
        "{actor:name}接纳{who:name}为{role:role}。",
        "{actor:name} admits {who:name} as {role:role}.",
    ),
    "registrar": Words(
        "{actor:name}负责核实身份、接纳各方，但不能替任何一方签名。",
        "{actor:name} checks who is who and lets companies in; it can sign for none of them.",
    ),
    "admit_operator": Words(
        "{actor:name}接纳{who:name}为运营方：只负责把签好名的指令送到账本，自己不作任何决定。",
        "{actor:name} admits {who:name} as the operator: it carries signed orders to the ledger and decides nothing.",
    ),
    "admit_supplier": Words(
        "{actor:name}接纳{who:name}为{tier:tier}供应商。",
        "{actor:name} admits {who:name} as a tier-{tier} supplier.",
    ),
    "admit_core": Words(
        "{actor:name}接纳汽车厂{who:name}为{role:role}，信用额度 {amount:money}。",
        "{actor:name} admits {who:name}, the car maker, as {role:role} with a credit limit of {amount:money}.",
    ),
    "checker": Words(
        "{actor:name}指定两名人员：{maker:name}经办，{checker:name}复核，各用各的密钥。",
        "{actor:name} names two officers: {maker:name} prepares, {checker:name} checks. Each has a key of their own.",
    ),
    "threshold": Words(
        "{actor:name}与登记机构约定：{maker:name}一人签名，一天最多开立 {amount:money}；超过须两人签名。",
        "{actor:name} and the Registrar agree that {maker:name} alone may promise at most {amount:money} a day; "
        "beyond that, both must sign.",
    ),
    "rail": Words(
        "{actor:name}开通清算通道：付款都经过该行的专户，账本本身从不经手资金。",
        "{actor:name} opens the account through which all payments will run. The ledger itself never holds money.",
    ),
    "allow_escrow": Words(
        "{actor:name}授权账本按规则从该专户向持有人付款。",
        "{actor:name} lets the ledger pay holders out of that account, by the rules and not otherwise.",
    ),
    "credit": Words(
        "{actor:name}为{who:name}入账 {amount:money}。", "{actor:name} credits {who:name} with {amount:money}."
    ),
    "allow": Words(
        "{actor:name}授权账本从其账户扣款，每一笔都须有自己人员的签名。",
        "{actor:name} lets the ledger debit its account, each time only on its own officers' signature.",
    ),
    "invoices": Words(
        "{actor:name}核验{seller:name}开给{obligor:name}的 {count} 张发票，合计 {amount:money}，逐张登记指纹："
        "凭指纹认得出发票，却读不出内容。",
        "{actor:name} has seen {count} invoices from {seller:name} to {obligor:name}, {amount:money} in all, and "
        "records a fingerprint of each: enough to recognise the invoice, not enough to read it.",
    ),
    "invoice": Words(
        "{actor:name}登记{seller:name}开给{obligor:name}的一张新发票 {invoice}，金额 {amount:money}。",
        "{actor:name} records a new invoice from {seller:name} to {obligor:name}: {invoice}, {amount:money}.",
    ),
    "invoice_again": Words(
        "有人把发票 {invoice} 换成另一种文件格式，再拿来登记一次。",
        "Invoice {invoice} is handed in for a second time, now as a file of another format.",
    ),
    "issue_alone": Words(
        "{maker:name}想只凭一个人的签名，向{creditor:name}开立 {amount:money}的凭证。",
        "{maker:name} tries to promise {creditor:name} {amount:money} with only one signature.",
    ),
    "issue": Words(
        "{actor:name}向{creditor:name}开立应收账款电子凭证 {obligation}：{due:date}付款 {amount:money}。"
        "{maker:name}经办，{checker:name}复核，两人都已签名。",
        "{actor:name} promises to pay {creditor:name} {amount:money} on {due:date} (obligation {obligation}). "
        "{maker:name} prepared it, {checker:name} checked it, and both signed.",
    ),
    "issue_used": Words(
        "{actor:name}又想凭已经用完的发票 {invoice} 再开立一张凭证，金额 {amount:money}。",
        "{actor:name} tries to promise another {amount:money} on invoice {invoice}, which already stands behind the "
        "first promise.",
    ),
    "accept": Words(
        "{actor:name}签收，成为债权 {claim} 的持有人，金额 {amount:money}。",
        "{actor:name} accepts and now holds claim {claim}, worth {amount:money}.",
    ),
    "split_too_much": Words(
        "{actor:name}想转给{to:name} {amount:money}，比手里的多一分钱。",
        "{actor:name} tries to pass {amount:money} on to {to:name}: one cent more than it has.",
    ),
    "split_many": Words(
        "{actor:name}拆分债权，用来付给自己的供应商：{first:name}得 {first_amount:money}（债权 {first_claim}），"
        "{second:name}得 {second_amount:money}（债权 {second_claim}），两家都签名同意；自留 {kept:money}。",
        "{actor:name} pays its own suppliers with parts of its claim: {first:name} receives {first_amount:money} "
        "(claim {first_claim}), {second:name} {second_amount:money} (claim {second_claim}), and both sign that they "
        "agree. It keeps {kept:money}.",
    ),
    "carried_again": Words(
        "有人把{owner:name}刚才签过名的这份指令原样再提交一次。",
        "Somebody hands in the order of {owner:name} a second time, exactly as it was signed.",
    ),
    "split": Words(
        "{actor:name}再转给{to:name} {amount:money}（债权 {claim}），对方签名同意；自留 {kept:money}。",
        "{actor:name} passes {amount:money} on to {to:name} (claim {claim}), which agrees, and keeps {kept:money}.",
    ),
    "offer": Words(
        "{seller:name}急需用钱。{actor:name}给出密封报价，别家看不到：今天付 {price:money}，换 {days} 天后的 "
        "{amount:money}；年利率 {rate:rate}，计息基准 {basis}，利息 {interest:money}。",
        "{seller:name} needs money now. {actor:name} gives it a sealed quote, which no other bank sees: {price:money} "
        "today instead of {amount:money} in {days} days. That is {rate:rate} a year ({basis}), "
        "or {interest:money} of interest.",
    ),
    "sale": Words(
        "{actor:name}接受报价：{price:money}到账的同时，{amount:money}的债权（{claim}）归{bank:name}，"
        "两件事要么一起成，要么都不成；自留 {kept:money}。",
        "{actor:name} takes the quote. {price:money} reaches its account and {amount:money} of its claim becomes "
        "{bank:name}'s (claim {claim}), both at once or neither. It keeps {kept:money}.",
    ),
    "sale_again": Words(
        "{actor:name}想把这 {amount:money}再卖给{bank:name}，价格 {price:money}。",
        "{actor:name} tries to sell the same {amount:money} again, to {bank:name}, for {price:money}.",
    ),
    "stranger": Words(
        "一个陌生人冒用{owner:name}的名义签名，想转走剩下的 {amount:money}。",
        "A stranger signs in the name of {owner:name} to take its remaining {amount:money}.",
    ),
    "pay_part": Words(
        "{actor:name}按期付款 {amount:money}，尚欠 {rest:money}。",
        "{actor:name} pays {amount:money} on time. {rest:money} remains unpaid.",
    ),
    "redeem": Words(
        "{actor:name}马上兑付自己的一份：{amount:money}到账（债权 {claim}）。",
        "{actor:name} has its share paid out at once: {amount:money} (claim {claim}).",
    ),
    "redeem_interest": Words(
        "{actor:name}兑付到账 {amount:money}（债权 {claim}），其中逾期利息 {interest:money}。",
        "{actor:name} is paid {amount:money} (claim {claim}), of which {interest:money} is late interest.",
    ),
    "overdue": Words(
        "{due:date}已过，还有 {amount:money}没付：任何人都可以提出，凭证被标记为逾期。",
        "{due:date} has passed and {amount:money} is unpaid. Anyone may say so, and somebody does: "
        "the promise is marked overdue.",
    ),
    "issue_overdue": Words(
        "{actor:name}欠款未清，又想凭发票 {invoice} 向{creditor:name}开立 {amount:money}的凭证。",
        "With its debt unpaid, {actor:name} tries to promise {creditor:name} another {amount:money} "
        "on invoice {invoice}.",
    ),
    "pay_rest": Words(
        "{actor:name}付清余款 {principal:money}，并按约定支付 {days} 天的逾期利息 {interest:money}（每天万分之五）；"
        "逾期解除。",
        "{actor:name} pays the remaining {principal:money} and, as agreed, late interest of {interest:money} "
        "for {days} days at 0.05 % a day. It is no longer overdue.",
    ),
    "free": Words(
        "{actor:name}已不欠任何人，{amount:money}的额度全部恢复。",
        "{actor:name} owes nothing any more, and its whole limit of {amount:money} is free again.",
    ),
}

REFUSED = Words("拒绝：{reason}", "Refused: {reason}")
NEXT = Words("怎么办：{step}", "What to do: {step}")

# ---------------------------------------------------------------- the end

HOLDERS = Words("谁拿到了多少（单位：元）", "Who was paid what (in yuan)")
HOLDER_COLUMNS = Words("持有人|债权|金额|逾期利息|到账合计|到账日期", "holder|claim|amount|interest|paid out|when")
SHORT_DAY = Words("{day:short}", "{day:short}")
TOGETHER = Words("合计", "together")

MONEY = Words("钱对得上吗", "Does the money add up?")
PAYMENT = Words("{day:date}付 {amount:money}", "{amount:money} on {day:date}")
BETWEEN = Words("，于", " and ")
PAID = Words("{who:name}于{payments}，共付 {total:money}。", "{who:name} paid {payments}: {total:money} in all.")
RECEIVED = Words(
    "各持有人共到账 {received:money}；清算银行专户里剩下 {left:money}。",
    "The holders were paid {received:money}; in the settlement bank's account {left:money} is left over.",
)
SOLD = Words(
    "另有一笔：{buyer:name}于{day:date}付给{seller:name} {price:money}，买下其中的 {amount:money}。",
    "Apart from that, {buyer:name} paid {seller:name} {price:money} on {day:date} for {amount:money} of the promise.",
)

TREE = Words(
    "追根溯源：{holder:name}的 {amount:money}从哪里来（债权 {claim}）",
    "Where {holder:name}'s {amount:money} came from (claim {claim})",
)
TREE_NOTE = Words(
    "把承诺的一百万元从 0.00 排到 1,000,000.00，每一分钱都有位置：每一段只有一个持有人、一段来历。"
    "标 ▸ 的是这笔债权的来路。",
    "Line up every cent of the promise from 0.00 to 1,000,000.00 yuan: each stretch has one holder and one history. "
    "The way to this claim is marked ▸.",
)
ISSUED = Words(
    "{giver:name} → {taker:name}，{day:date}开立（债权 {claim}）",
    "{giver:name} → {taker:name}, promised on {day:date} (claim {claim})",
)
SPLIT = Words(
    "{giver:name} → {taker:name}，{day:date}拆分（债权 {claim}）",
    "{giver:name} → {taker:name}, split off on {day:date} (claim {claim})",
)
BOUGHT = Words(
    "{giver:name} → {taker:name}，{day:date}卖得 {price:money}（债权 {claim}）",
    "{giver:name} → {taker:name}, sold on {day:date} for {price:money} (claim {claim})",
)
KEPT = Words("{taker:name}自留，直到兑付", "{taker:name} kept this until it was paid")
STRETCH = Words(
    "{amount:figure} 元，从 {start:figure} 到 {end:figure}", "{amount:figure} yuan, from {start:figure} to {end:figure}"
)

PROOF = Words("账本说的可信吗", "Can the ledger be believed?")
PROOF_LINES = (
    Words(
        "从账本取回全部 {events} 条记录，从零累加，得出 {rows} 行账目，与独立模型按规则推算的完全一致。",
        "All {events} entries of the ledger's journal were read back and added up from nothing. They give {rows} rows, "
        "the same as a separate model that knows only the rules.",
    ),
    Words(
        "账本里实际存放的 {slots} 项数据，与这些账目逐一相等，不多也不少。",
        "What the ledger keeps in its storage is exactly that: {slots} places, each equal, and none besides.",
    ),
    Words(
        "清算银行的 {accounts} 个账户余额，也都分文不差。",
        "The balances of {accounts} accounts at the settlement bank agree to the cent.",
    ),
)
PROOF_SUM = Words("账本 = 记录 = 规则。", "Ledger = journal = rules.")
