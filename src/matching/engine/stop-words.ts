/** Words that carry grammar, not matter: Lucene's English list with auxiliaries, pronouns and question words. */
export const englishStopWords: ReadonlySet<string> = new Set(
  (
    'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with ' +
    'from has have had he her his i its may more most much must my our ours she should so some than those through too under until up very ' +
    'we were what when where which while who whom whose why how would you your can could do does did been being am any all also about between both each other'
  ).split(' '),
);

/** Chinese words of grammar, questions and counting: they are not looked up in a dictionary, whose glosses for them are matter. */
export const chineseStopWords: ReadonlySet<string> = new Set(
  (
    '什么 哪里 哪儿 哪 哪个 哪些 哪种 哪位 谁 怎么 怎样 怎么样 如何 为什么 为何 何时 何地 何处 何 何种 多少 几 几个 多久 多长 多大 多高 多远 什么时候 什么样 是否 是 的 地 得 了 着 ' +
    '过 在 有 没有 没 和 与 或 或者 及 以及 并 并且 而 而且 也 都 就 才 又 还 还有 但 但是 如果 因为 所以 由于 由 被 把 将 让 使 对 对于 关于 从 到 向 往 于 以 为 ' +
    '为了 之 其 其中 该 此 这 那 这个 那个 这些 那些 这种 那种 这样 它 它们 他 他们 她 她们 我 我们 你 你们 您 某 某些 一个 一种 一些 一位 一名 一项 一次 个 种 次 位 些 ' +
    '吗 呢 吧 啊 不 可以 能 能够 会 要 应 应该 可 已 已经 曾 曾经 正在 之一 之间 之后 之前 以前 以后 以下 以上 以来 后 前 中 上 下 里 内 时 时候 当 通过 根据 除了 除 等 等等 ' +
    '例如 比如 有关 叫 叫做 叫作 称为 称作 名为 名叫 进行 很 更 最 太 则 且 却 若 即 至 自 给 同 跟 比 像 如 所 只 便 既 各 每 每个'
  ).split(' '),
);
