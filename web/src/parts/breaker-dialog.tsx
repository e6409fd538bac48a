import { ActDialog } from './act';
import { wordsOf } from '../words';

interface BreakerDialogProps {
  dependency: string;
  onDone: () => unknown;
  onClose: () => void;
}

export function BreakerDialog({ dependency, onDone, onClose }: BreakerDialogProps) {
  const act = {
    title: `Have the ${dependency} company asked again`,
    happens:
      'Every process closes its breaker within 5 s and asks the company again. Where it is still out of order, the breakers open again.',
    confirm: 'Reset the breaker',
    path: `/breakers/${dependency}/reset`,
    done: () => `${wordsOf(dependency)}: the breaker is being reset.`,
    onDone,
  };
  return <ActDialog act={act} onClose={onClose} />;
}
