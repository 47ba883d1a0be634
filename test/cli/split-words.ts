// A line of shell as its commands and their words: as much of sh(1) as examples in documents use.

/**
 * Splits at blanks, pipes, `&&` and `;`; words in quotes are one, in which a variable stands for itself; a
 * redirection and what follows it are left out.
 * @throws Error for what this does not understand, so that an example never passes unread
 */
export function splitWords(line: string): string[][] {
  const commands: string[][] = [[]];
  let redirects = false;
  for (const match of line.matchAll(
    /\s+|&&|[|;]|[<>]+|(?:'[^']*'|"(?:[^"$`\\]|\$\w)*"|\\.|[^\s'"\\|;&<>$`()])+|(.)/g,
  )) {
    const [token, other] = match;
    if (other !== undefined) throw new Error(`cannot read ${JSON.stringify(other)} in: ${line}`);
    if (/^\s/.test(token)) continue;
    if (/^(?:&&|[|;])$/.test(token)) commands.push([]);
    else if (/^[<>]+$/.test(token)) redirects = true;
    else if (redirects) redirects = false;
    else commands.at(-1)?.push(token.replace(/'([^']*)'|"([^"]*)"|\\(.)/g, (_, a, b, c) => a ?? b ?? c));
  }
  return commands;
}
