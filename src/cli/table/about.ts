// What the help and the manual page both say.

export const about = 'every Linux namespace on a host: who is in it, what holds it, whose it is, how it nests';

/** "list the namespaces" → "List the namespaces." */
export function toSentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}
