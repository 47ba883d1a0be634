// Words of a line as /proc/PID/mountinfo writes them: blanks, and what would act on a terminal, as octal bytes. Pure.
import { encodeText } from '../../parse/text/text.ts';
import { harmful } from '../../render/words/escape.ts';

const marked = new RegExp(`[ \\\\]|${harmful.source}`, harmful.flags);

/** The bytes are again what they were for whoever reads `\040` and its like as bytes, as mountinfo's readers do. */
export function formatOctalWord(word: string): string {
  return word.replace(marked, (character) =>
    [...encodeText(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  );
}
