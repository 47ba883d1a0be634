// The traces that container engines left.
import { conclude, type Method, nothing } from './finding.ts';

export const engineTraces: Method = {
  name: 'engine-traces',
  idea: 'Engines leave files and the variable container= for the programs that they start.',
  kernels: 'all; a convention of engines, which the kernel knows nothing of',
  types: ['mnt', 'pid'],
  judge({ traces, unreadTraces = [] }) {
    const seen = ['none', ...unreadTraces].join('; ');
    return traces.length === 0
      ? nothing(seen, 'not every engine leaves one, and other users’ are refused')
      : conclude(
          'child',
          'hint',
          [traces.join(', '), ...unreadTraces].join('; '),
          'anybody can make these, and images of machines carry them along',
        );
  },
};
