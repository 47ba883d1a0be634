// Stands for Intl.Segmenter in the bundled command. Making one loads the tables of ICU, 12 ms, which a listing of plain
// text does not need: the real one is made when first used.
const Real = globalThis['Intl']['Segmenter'];

export class LazySegmenter {
  #words;
  #real;

  constructor(...words) {
    this.#words = words;
  }

  segment(text) {
    this.#real ??= new Real(...this.#words);
    return this.#real.segment(text);
  }
}
