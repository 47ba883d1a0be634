// The version of nscope, as package.json has it; a test holds the two together.
export const nscopeVersion = '0.1.0';
