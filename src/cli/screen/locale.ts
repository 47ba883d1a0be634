// Whether the locale lets a terminal show more than ASCII: locale(7).

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * LC_ALL counts before LC_CTYPE, and that before LANG; one that is empty counts as not set. C, POSIX and every other locale
 * that does not name UTF-8 has ASCII for sure and no more. Where none is set, as in most containers and services, nobody
 * has chosen, and terminals show UTF-8: systemd decides the same.
 */
export function isAsciiLocale({ LC_ALL, LC_CTYPE, LANG }: Environment): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG;
  return locale !== undefined && locale !== '' && !/utf-?8/i.test(locale);
}
