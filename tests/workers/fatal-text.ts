/** What a mortal index thread dies of. */
export const fatalText = 'the last words';
