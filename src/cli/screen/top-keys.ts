// What a key does to the live screen. Pure.
import { type NamespaceType, namespaceTypes } from '../../model/snapshot/namespace-types.ts';
import { wrapText } from '../../render/words/wrap-text.ts';

export interface TopState {
  readonly view: 'namespaces' | 'workloads';
  /** The column by which each view is ordered. */
  readonly sort: Readonly<Record<TopState['view'], number>>;
  readonly isReversed: boolean;
  /** Namespaces of this type alone. */
  readonly type: NamespaceType | undefined;
  /** Lines with this text alone. */
  readonly find: string;
  /** What is being typed, while it is. */
  readonly typed: string | undefined;
  readonly hasDetails: boolean;
  readonly detailsFrom: number;
  readonly isPaused: boolean;
  readonly isHelping: boolean;
  /** By how many lines the choice is to move; taken by whoever knows the lines. */
  readonly move: number;
}

/** A key as node:readline tells of it. */
export interface Key {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
}

type KeyEffect = TopState | 'quit' | 'suspend' | 'redraw';

export const firstState: TopState = {
  view: 'namespaces',
  sort: { namespaces: 2, workloads: 2 },
  isReversed: false,
  type: undefined,
  find: '',
  typed: undefined,
  hasDetails: false,
  detailsFrom: 0,
  isPaused: false,
  isHelping: false,
  move: 0,
};

/** Further than any list is long. */
const farthest = 1e9;

export const helpLines: readonly string[] = [
  '',
  '  Up, Down, k, j       choose a line',
  '  PgUp, PgDn, g, G     a page up or down, the first line, the last line',
  '  Enter                details of the line; Enter or Esc closes them',
  '  [, ]                 scroll the details',
  '  /                    filter: lines with a text; Enter keeps it, Esc clears it',
  '  s, S                 sort by the next column, by the one before; also > and <',
  '  r                    reverse the order',
  '  t, T                 one type only: the next, the one before',
  '  Tab                  namespaces or workloads',
  '  Space                pause, and go on',
  '  Esc                  back: closes details, clears the filter, then the type',
  '  Ctrl-L               redraw               Ctrl-Z             suspend',
  '  ?, h                 help                 q, Ctrl-C          quit',
  '',
  '  NEW/S: namespaces made a second by processes in it, over the last five seconds',
  '  HELD: by descriptors, sockets, mounts, children and what it owns',
];

/** The same where there is no room for it. */
const shortHelp =
  'q quit, arrows choose, Enter details, Esc back, [ ] scroll details, / filter, s sort, r reverse, t type, Tab workloads, Space pause, PgUp PgDn page, Ctrl-Z suspend';

/** @param rows - lines that it may take */
export function describeHelp(columns: number, rows: number): readonly string[] {
  const hasRoom = helpLines.length <= rows && helpLines.every((line) => line.length <= columns);
  return hasRoom ? helpLines : wrapText(shortHelp, columns);
}

/** @param counts - columns of the present view, and lines of a page of it */
export function pressKey(state: TopState, key: Key, counts: { columns: number; page: number }): KeyEffect {
  const { name, sequence = '', ctrl = false } = key;
  if (ctrl && name === 'c') return 'quit';
  if (ctrl && name === 'z') return 'suspend';
  if (ctrl && name === 'l') return 'redraw';
  if (state.typed !== undefined) return typeKey(state, state.typed, key);
  if (state.isHelping) return { ...state, isHelping: false };
  const special = name === undefined ? undefined : specialKeys[name];
  if (special && !ctrl) return special(state, counts);
  return characterKeys[sequence]?.(state, counts) ?? state;
}

function typeKey(state: TopState, typed: string, { name, sequence = '', ctrl, meta }: Key): TopState {
  if (name === 'return' || name === 'enter') return { ...state, typed: undefined };
  if (name === 'escape') return { ...state, typed: undefined, find: '' };
  const next =
    name === 'backspace'
      ? typed.slice(0, -1)
      : ctrl || meta || !/^[\x20-\x7e\u00a0-\uffff]+$/.test(sequence)
        ? typed
        : typed + sequence;
  return { ...state, typed: next, find: next };
}

type Effect = (state: TopState, counts: { columns: number; page: number }) => KeyEffect;

const moveBy =
  (lines: number): Effect =>
  (state) => ({ ...state, move: state.move + lines, detailsFrom: 0 });

const scrollBy =
  (lines: number): Effect =>
  (state) => ({ ...state, detailsFrom: Math.max(0, state.detailsFrom + lines) });

const sortBy =
  (step: number): Effect =>
  (state, { columns }) => ({
    ...state,
    sort: { ...state.sort, [state.view]: (state.sort[state.view] + step + columns) % columns },
  });

const chooseType =
  (step: number): Effect =>
  (state) => {
    const choices: readonly (NamespaceType | undefined)[] = [undefined, ...namespaceTypes];
    const at = choices.indexOf(state.type) + step + choices.length;
    return { ...state, view: 'namespaces', type: choices[at % choices.length] };
  };

const toggleDetails: Effect = (state) => ({ ...state, hasDetails: !state.hasDetails, detailsFrom: 0 });
const switchView: Effect = (state) => ({
  ...state,
  view: state.view === 'namespaces' ? 'workloads' : 'namespaces',
  move: -farthest,
  detailsFrom: 0,
});

const specialKeys: Readonly<Record<string, Effect>> = {
  up: moveBy(-1),
  down: moveBy(1),
  pageup: (state, counts) => moveBy(-counts.page)(state, counts),
  pagedown: (state, counts) => moveBy(counts.page)(state, counts),
  home: moveBy(-farthest),
  end: moveBy(farthest),
  left: sortBy(-1),
  right: sortBy(1),
  tab: switchView,
  return: toggleDetails,
  enter: toggleDetails,
  escape: (state) => {
    if (state.hasDetails) return { ...state, hasDetails: false };
    return state.find === '' ? { ...state, type: undefined } : { ...state, find: '' };
  },
};

const characterKeys: Readonly<Record<string, Effect>> = {
  q: () => 'quit',
  k: moveBy(-1),
  j: moveBy(1),
  g: moveBy(-farthest),
  G: moveBy(farthest),
  s: sortBy(1),
  S: sortBy(-1),
  '<': sortBy(-1),
  '>': sortBy(1),
  '[': scrollBy(-5),
  ']': scrollBy(5),
  r: (state) => ({ ...state, isReversed: !state.isReversed }),
  t: chooseType(1),
  T: chooseType(-1),
  '/': (state) => ({ ...state, typed: state.find }),
  ' ': (state) => ({ ...state, isPaused: !state.isPaused }),
  '?': (state) => ({ ...state, isHelping: true }),
  h: (state) => ({ ...state, isHelping: true }),
};
