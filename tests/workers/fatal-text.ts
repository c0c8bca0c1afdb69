/** A title that mortal threads die of. */
export const fatalText = 'the last words';
