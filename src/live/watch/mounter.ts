// Whose is a mount namespace that came without clone or unshare? Of whoever called open_tree(2) or fsmount(2) just before.
import type { EventDraft, EventProcess } from '../../model/live/events.ts';
import { type Moment, now } from '../events/source.ts';
import { toTimestamp } from '../events/timestamp.ts';

/** So long after the call a mount namespace is taken for its work. */
const maxNs = 500_000_000;

export class Mounter {
  #last: { readonly process: EventProcess; readonly at: Moment } | undefined;

  note(process: EventProcess, at: Moment): void {
    this.#last = { process, at };
  }

  /** The event, with who did it where that is likely. */
  explain(event: EventDraft): EventDraft {
    const last = this.#last;
    if (event.event !== 'created' || event.process || event.namespace.type !== 'mnt' || !last) return event;
    return now() - last.at > maxNs
      ? event
      : { ...event, how: 'mount', process: last.process, at: toTimestamp(last.at) };
  }
}
