import type { Order, OrderStory } from '../types';
import { BreakerDialog } from '../parts/breaker-dialog';
import { DecisionDialog, ResolutionDialog } from './actions';
import { DialogButton } from '../parts/dialogs';
import { linkTo } from '../router';
import { partsOf } from '../../../src/domain/shown-time';
import { Due, Said, Time } from '../parts/time';

/** when it goes on, that is: no need to say it twice */
const tellsTime = (sentence: string) => partsOf(sentence).some((part) => typeof part !== 'string');

interface StuckProps {
  story: OrderStory;
  order: Order;
  onDone: () => unknown;
}

/** Why it does not go on, in a sentence, and the button that helps. */
export function Stuck({ story, order, onDone }: StuckProps) {
  const { stuck } = story;
  if (!stuck) return null;
  // what needs attention stands still until somebody comes
  const isBad = stuck.kind === 'trouble' || stuck.remedy === 'resolution';
  return (
    <section class={`notice ${isBad ? 'bad' : 'wait'} stuck`} aria-labelledby="stuck-title">
      <div>
        <h2 id="stuck-title">
          <span aria-hidden="true">{isBad ? '▲' : '◷'}</span> {isBad ? 'Why is it stuck?' : 'What does it wait for?'}
        </h2>
        <p>
          <Said text={stuck.sentence} />
        </p>
        <p class="hint">
          Since <Time at={stuck.since} />
          {stuck.until !== undefined && !tellsTime(stuck.sentence) && (
            <>
              ; goes on by itself <Due at={stuck.until} />
            </>
          )}
          .
        </p>
      </div>
      <div class="buttons">
        <Remedy story={story} order={order} onDone={onDone} />
      </div>
    </section>
  );
}

function Remedy({ story, order, onDone }: StuckProps) {
  const { actions } = order.links;
  const { remedy, dependency, deadLetterId } = story.stuck ?? {};
  switch (remedy) {
    case 'decision':
      if (actions.decision === undefined) return null;
      return (
        <DialogButton class="main" dialog={(onClose) => <DecisionDialog {...{ order, onDone, onClose }} />}>
          Decide…
        </DialogButton>
      );
    case 'resolution':
      if (actions.resolution === undefined) return null;
      return (
        <DialogButton class="main" dialog={(onClose) => <ResolutionDialog {...{ order, onDone, onClose }} />}>
          Resolve…
        </DialogButton>
      );
    case 'reset-breaker':
      if (dependency === undefined) return null;
      return (
        <DialogButton class="main" dialog={(onClose) => <BreakerDialog {...{ dependency, onDone, onClose }} />}>
          Have the {dependency} company asked again…
        </DialogButton>
      );
    case 'redrive':
      return (
        <a
          class="button main"
          href={deadLetterId === undefined ? linkTo(['dead-letters']) : linkTo(['dead-letters', deadLetterId])}
        >
          {deadLetterId === undefined ? 'See the dead letters' : 'See its dead letter'}
        </a>
      );
    // no button starts a worker: the sentence says so
    default:
      return null;
  }
}
