// The signs that nscope draws itself, for terminals that show ASCII alone: each as wide as it was, but the arrow.

const signs: Readonly<Record<string, string>> = {
  '├': '|',
  '└': '`',
  '│': '|',
  '─': '-',
  '╪': '+',
  '═': '=',
  '▲': '^',
  '▼': 'v',
  '…': '>',
  '’': "'",
  '→': '->',
};

const anySign = new RegExp(`… (?=\\d)|[${Object.keys(signs).join('')}]`, 'g');

/** "├─net" as "|-net", a cut "bwrap --unsh…" as "bwrap --unsh>", and "… 3 more" as "... 3 more". */
export function toAscii(text: string): string {
  return text.replace(anySign, (sign) => signs[sign] ?? '... ');
}

/** Whether nscope draws it itself. */
export function isDrawn(character: string): boolean {
  return character in signs;
}
