// nscope graph: its row in the table of verbs.
import { fromOption, jsonOption, noBpfOption, quietOption, typeOption } from '../options/reading-options.ts';
import { targetArgument } from '../options/target-argument.ts';
import type { Verb } from '../options/verb.ts';

export const graphVerb = {
  name: 'graph',
  summary: 'draw how namespaces hang together: for Graphviz, for Mermaid, or as a picture',
  details: [
    'Draws a box for the namespaces that belong together, as nscope alone groups them, and lines between the boxes. --view owner (the usual one) draws which user namespace owns what, parent which pid and user namespaces are below which, process from whose namespaces those of a process were made, workload who shares namespaces with whom, and wiring which network namespaces are connected, by which links.',
    'With a TARGET only what is near it is drawn: what is reached in two lines (--hops), and not through a box with many lines. Without one all is drawn. Boxes that are alike are one box, which says how many it stands for; a box with many lines is named in the others instead, as this host mostly is. What is not drawn for lack of room is counted, in the drawing and in a remark.',
    'A dashed box is what no engine confirms, a dotted one has no process.',
  ],
  arguments: [{ ...targetArgument, optional: true }],
  options: [
    {
      flags: '--view KIND',
      meaning: 'what the lines are: owner (the usual one), parent, process, workload or wiring',
      choices: ['owner', 'parent', 'process', 'workload', 'wiring'],
    },
    {
      flags: '--format FORMAT',
      meaning: 'dot (the usual one, for Graphviz), mermaid, or svg, a picture',
      choices: ['dot', 'mermaid', 'svg'],
    },
    typeOption,
    { flags: '--hops N', meaning: 'with a TARGET, draw what is reached in so many lines (2)' },
    { flags: '--max-boxes N', meaning: 'draw no more boxes than these (200)' },
    { flags: '--max-alike N', meaning: 'draw more boxes that are alike than these as one (6)' },
    jsonOption,
    quietOption,
    noBpfOption,
    fromOption,
  ],
  examples: [
    { command: 'nscope graph --format svg >host.svg', meaning: 'which user namespace owns what, as a picture' },
    { command: 'nscope graph docker:web --view workload', meaning: 'with whom a container shares namespaces' },
    {
      command: 'nscope graph --view parent --format mermaid',
      meaning: 'pid and user namespaces, to paste into a page',
    },
  ],
  reads: ['namespaces', 'tasks', 'files', 'queues', 'superblocks'],
} as const satisfies Verb;
