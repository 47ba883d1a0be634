// The version of nscope, as package.json has it; a test holds the two together.
/** The version of this nscope. */
export const nscopeVersion = '0.1.0';
