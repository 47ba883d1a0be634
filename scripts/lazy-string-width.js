// Stands for string-width in the bundled command: its tables of emoji take 20 ms, and text that needs them is rare.
let real;

export default function stringWidth(text) {
  real ??= require('string-width').default;
  return real(text);
}
