// Diagrams as text for Graphviz and Mermaid, as pictures and as plain objects, with hostile names.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawDiagram } from '../../../src/analysis/diagram/draw.ts';
import { SnapshotIndex } from '../../../src/analysis/graph/snapshot-index.ts';
import { buildSnapshot } from '../../../src/model/build/build-snapshot.ts';
import { formatDot } from '../../../src/render/diagrams/dot.ts';
import { toJsonDiagram } from '../../../src/render/diagrams/json-diagram.ts';
import { layOutDiagram } from '../../../src/render/diagrams/lay-out.ts';
import { formatMermaid } from '../../../src/render/diagrams/mermaid.ts';
import { formatSvg } from '../../../src/render/diagrams/svg.ts';
import { indexOf } from '../../container-host.ts';
import { hostFact, linksOf, processFact } from '../../recorded-facts.ts';

const request = { view: 'owner', types: [], around: undefined, hops: 2, maxBoxes: 200, maxAlike: 6 } as const;

const hostileName = 'x"]; n9\\ <b>&</b>\u202e\n';

function hostile() {
  const process = processFact(100, ['x'], { ppid: 1, comm: hostileName, namespaces: linksOf({ net: 4_026_540_001 }) });
  const facts = [hostFact(), processFact(1, ['/sbin/init']), process];
  return drawDiagram(new SnapshotIndex(buildSnapshot(facts)), { ...request, view: 'process' });
}

test('For Graphviz each box is a node with its lines set to the left, and the host is filled.', () => {
  assert.deepEqual(formatDot(drawDiagram(indexOf(), { ...request, view: 'parent', types: ['user'] })), [
    'digraph nscope {',
    '  rankdir=LR; node [shape=box fontname="monospace" fontsize=10]; edge [fontname="monospace" fontsize=9];',
    '  n0 [label="this host\\luser:[4026531837]\\l7 processes\\l" style=filled fillcolor="#e8eef7"];',
    '  n1 [label="net:blue\\luser:[4026532301]\\l3 processes\\l"];',
    '  n0 -> n1;',
    '}',
  ]);
});

test('What a process calls itself is text in each of them, and neither language nor markup.', () => {
  const diagram = hostile();
  const dot = formatDot(diagram).join('\n');
  assert.ok(dot.includes('x\\"]; n9\\\\ <b>&</b>\\\\u{202e}\\\\n'), dot);
  const mermaid = formatMermaid(diagram).join('\n');
  assert.ok(mermaid.includes('x#34;#93;#59; n9#92; #60;b#62;#38;#60;/b#62;#92;u#123;202e#125;#92;n'), mermaid);
  const svg = formatSvg(diagram).join('\n');
  assert.ok(svg.includes('x&quot;]; n9\\ &lt;b&gt;&amp;&lt;/b&gt;\\u{202e}\\n'), svg);
});

test('In a picture no box lies over another, and all are on the page.', () => {
  const { boxes, width, height } = layOutDiagram(drawDiagram(indexOf(), request));
  assert.ok(boxes.length > 2);
  for (const [place, a] of boxes.entries()) {
    assert.ok(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height);
    for (const b of boxes.slice(place + 1))
      assert.ok(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y);
  }
});

test('What is left out is said in each of them, and a line leads from and to boxes that are there.', () => {
  const diagram = drawDiagram(indexOf(), { ...request, maxBoxes: 1 });
  for (const format of [formatDot, formatMermaid, formatSvg])
    assert.match(format(diagram).join('\n'), /4 more boxes with \d+ namespaces are not drawn/);
  const { boxes, lines, leftOut } = toJsonDiagram(drawDiagram(indexOf(), request));
  assert.deepEqual(leftOut, { boxes: 0, namespaces: 0 });
  assert.ok(lines.length > 0 && lines.every(({ from, to }) => boxes[from] && boxes[to]));
});
