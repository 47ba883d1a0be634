import { isExecutable } from '../../kernel/addon/package-root.ts';
import { documents, type Experiment } from '../stage/experiment.ts';

/** Of TEST-NET-1, which nobody has: RFC 5737. */
const nowhere = '192.0.2.1';

export const loopbackAlone: Experiment = {
  name: 'loopback-alone',
  claim:
    'A fresh network namespace has a loopback interface, which is down, and nothing else: a program in it cannot phone home.',
  source: documents.readers,
  async perform(stage) {
    const table = await stage.run([...stage.runIn('net'), 'cat', '/proc/net/dev']);
    const names = table.split('\n').flatMap((line) => /^\s*([^\s:|]+):/.exec(line)?.[1] ?? []);
    stage.expect('its interfaces', names.join(' '), 'lo');
    const routes = await stage.run([...stage.runIn('net'), 'cat', '/proc/net/route']);
    stage.expect('how many routes it has', routes.trim().split('\n').length - 1, 0);
    // The runtime of the executable gives one error code for all that connect(2) answers.
    if (isExecutable()) return;
    const code = `net.connect(9, '${nowhere}').on('error', (error) => console.log(error.code))`;
    const answer = await stage.run([...stage.runIn('net'), 'node', '-e', code]);
    stage.expect('what connect(2) to another host answers', answer, 'ENETUNREACH');
  },
};
