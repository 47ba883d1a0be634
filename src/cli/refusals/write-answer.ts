// The answer of `nscope why`: a page, or one object of JSON.
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { formatPage, type Page } from '../../render/pages/show-page.ts';
import { choosePalette, readTerminalWidth, writeLines } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';

export function writeAnswer(object: Readonly<Record<string, unknown>>, page: () => Page, options: OptionValues): void {
  if (options.json) writeLines(formatJsonObject(object));
  else
    writeLines(formatPage(page(), { width: options.wide ? undefined : readTerminalWidth(), palette: choosePalette() }));
}
