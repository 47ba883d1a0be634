// The recipes of docs/recipes: a section each, whose one block of the language console has the commands and the output.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const directory = 'docs/recipes';

export interface Recipe {
  /** The name of the page, as in networks.md. */
  readonly page: string;
  /** The heading: a question. */
  readonly question: string;
  /** What stands after each prompt. */
  readonly commands: readonly string[];
  /** What is printed, line by line. */
  readonly output: readonly string[];
  /** What is said about it. */
  readonly text: string;
}

/** @throws AssertionError for a section that has not one block of the language console */
export function readRecipes(): Recipe[] {
  const pages = readdirSync(directory).filter((file) => file.endsWith('.md') && file !== 'README.md');
  return pages.flatMap((page) => {
    const [, ...sections] = readFileSync(join(directory, page), 'utf8').split(/^## /m);
    return sections.map((section) => {
      const [question = ''] = section.split('\n');
      const [[, block = ''] = [], ...others] = [...section.matchAll(/^```console\n(.*?)^```$/gms)];
      assert.deepEqual([others.length, block.startsWith('$ ')], [0, true], `${page}, ${question}: one block`);
      const lines = block.split('\n').slice(0, -1);
      return {
        page,
        question,
        commands: lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2)),
        output: lines.filter((line) => !line.startsWith('$ ')),
        text: section.split('```\n').at(-1)?.trim() ?? '',
      };
    });
  });
}

export function readIndex(): string {
  return readFileSync(join(directory, 'README.md'), 'utf8');
}
