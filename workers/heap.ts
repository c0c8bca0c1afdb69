import { setFlagsFromString } from 'node:v8';

// V8 lets the old generation grow to as much as four times what was alive when it was last collected; we, to twice. See
// docs/adr/0039. V8 reads this after each collection, so it may be set while the program runs.
setFlagsFromString('--heap-growing-percent=100');
