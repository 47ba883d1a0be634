// The flags of an option as a person writes them, taken apart: "-t, --type TYPE,...", "--tree[=KIND]".

export interface OptionFlags {
  /** "-t", with its dash. */
  readonly short?: string;
  /** "--type", with its dashes. */
  readonly long: string;
  /** What it takes: "TYPE"; undefined where it takes nothing. */
  readonly value?: string;
  /** Whether it stands alone as well: "--tree[=KIND]". */
  readonly optional: boolean;
  /** Whether it takes several values with commas between them. */
  readonly several: boolean;
}

/** @throws Error for flags that the table of verbs should not have */
export function parseOptionFlags(flags: string): OptionFlags {
  const match = /^(?:(-\w), )?(--[a-z][\w-]*)(?: ([A-Z]\S*?)(,\.\.\.)?|\[=([A-Z]\S*)\])?$/.exec(flags);
  if (!match) throw new Error(`cannot read the flags ${JSON.stringify(flags)}`);
  const [, short, long = '', value = match[5], several] = match;
  return {
    ...(short === undefined ? {} : { short }),
    long,
    ...(value === undefined ? {} : { value }),
    optional: match[5] !== undefined,
    several: several !== undefined,
  };
}
