/** Words that carry grammar, not matter: Lucene's English list with auxiliaries, pronouns and question words. */
export const englishStopWords: ReadonlySet<string> = new Set(
  (
    'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with ' +
    'from has have had he her his i its may more most much must my our ours she should so some than those through too under until up very ' +
    'we were what when where which while who whom whose why how would you your can could do does did been being am any all also about between both each other'
  ).split(' '),
);
