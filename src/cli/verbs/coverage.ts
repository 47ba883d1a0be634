// nscope coverage: what could not be seen, why, and what would lift that.
import type { Coverage } from '../../model/snapshot/schema.ts';
import { wantGraph } from '../../model/snapshot/wanted.ts';
import { formatJsonObject } from '../../render/lines/json-lines.ts';
import { describeCoveragePage } from '../../render/pages/coverage-page.ts';
import { formatPage } from '../../render/pages/show-page.ts';
import { readSnapshot } from '../reading/read-snapshot.ts';
import { readingVerb } from '../reading/reading-verb.ts';
import { choosePalette, readTerminalWidth, writeLines } from '../screen/output.ts';
import type { OptionValues } from '../table/option-values.ts';
import type { GivenCommand } from '../table/verb-module.ts';

export const run = readingVerb({ parse: (_words, options) => options, answer, report });

async function answer(options: OptionValues, given: GivenCommand): Promise<Coverage> {
  const { coverage } = await readSnapshot(options, { ...wantGraph, workloads: true }, given);
  return coverage;
}

function report(coverage: Coverage, options: OptionValues): number {
  writeLines(
    options.json
      ? formatJsonObject({ coverage })
      : formatPage(describeCoveragePage(coverage), { width: readTerminalWidth(), palette: choosePalette() }),
  );
  return 0;
}
