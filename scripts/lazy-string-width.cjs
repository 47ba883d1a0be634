// Stands for string-width in the bundled command: its tables of emoji take 20 ms, and text that needs them is rare.
let real;

module.exports = (text) => {
  real ??= require('string-width').default;
  return real(text);
};
