import { useEffect, useState } from 'preact/hooks';

const CHANGED = 'waybill-remembered';

/** What this browser remembers: where it remembers nothing, it lasts as long as the page. */
export function useRemembered(name: string): [value: string, remember: (value: string) => void] {
  const [value, setValue] = useState(() => recall(name));
  useEffect(() => {
    const follow = () => setValue(recall(name));
    addEventListener(CHANGED, follow);
    return () => removeEventListener(CHANGED, follow);
  }, [name]);
  const remember = (next: string) => {
    kept.set(name, next);
    try {
      localStorage.setItem(`waybill.${name}`, next);
    } catch {
      // private windows may not allow it
    }
    dispatchEvent(new Event(CHANGED));
  };
  return [value, remember];
}

const kept = new Map<string, string>();

function recall(name: string): string {
  try {
    return localStorage.getItem(`waybill.${name}`) ?? kept.get(name) ?? '';
  } catch {
    return kept.get(name) ?? '';
  }
}
