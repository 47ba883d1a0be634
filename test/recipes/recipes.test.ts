// Every recipe of the documents has a scene in which it is tried, and a line in the index.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readIndex, readRecipes } from './read-recipes.ts';
import { rootScenes } from './root-scenes.ts';
import { userScenes } from './user-scenes.ts';

const recipes = readRecipes();

test('Each recipe is a question with a command of nscope, what it prints, and how to read that.', () => {
  assert.ok(recipes.length >= 20, `${recipes.length} recipes`);
  for (const { question, commands, output, text } of recipes) {
    assert.match(question, /\?$/);
    assert.ok(
      commands.some((command) => /\bnscope\b/.test(command)),
      question,
    );
    assert.ok(output.length > 0 && output.length <= 12, `${question} prints ${output.length} lines`);
    assert.match(text, /\w.*\.$/s, question);
  }
});

test('Each recipe is tried in one scene, and each scene is of a recipe.', () => {
  const tried = [...userScenes.keys(), ...rootScenes.keys()];
  assert.deepEqual(tried.sort(), recipes.map(({ question }) => question).sort());
});

test('The index has each recipe, in the order of its page, and no other.', () => {
  const linked = [...readIndex().matchAll(/^- \[(.*?)\]\((.*?)\)$/gm)].map(([, question, link]) => [question, link]);
  const anchor = (question: string) =>
    question
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
  const expected = recipes.map(({ page, question }) => [question, `${page}#${anchor(question)}`]);
  const byPage = ([, link = '']: (string | undefined)[]) => link.split('#')[0] ?? '';
  const pages = [...new Set(linked.map(byPage))];
  assert.deepEqual(
    linked,
    pages.flatMap((page) => expected.filter((entry) => byPage(entry) === page)),
  );
  assert.equal(linked.length, expected.length);
});
