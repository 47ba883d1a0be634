// What those who watch the inside of namespaces take from the stream that they work for.
import type { Readiness } from '../../kernel/own/readiness.ts';
import type { EventDraft, EventProcess } from '../../model/live/events.ts';
import type { LiveState } from '../../model/live/live-state.ts';
import type { Clock } from '../snapshots/clock.ts';

export interface ContentsHost {
  readonly clock: Clock;
  readonly readiness: Readiness;
  /** As the events so far have left it. */
  readonly state: LiveState;
  /** Inodes of the namespaces that nscope is in; undefined where not known. */
  readonly own: { readonly mnt: number | undefined; readonly net: number | undefined };
  /** A process of now, or one that ended a moment ago. */
  findProcess(pid: number): EventProcess | null;
  emit(event: EventDraft): void;
}
