'use client';

import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';

/** A registration key that was just made, and its device. */
export type IssuedKey = { deviceId: string; key: string };

type Keys = { keyOf: (deviceId: string) => string | undefined; keep: (issued: IssuedKey) => void };

const Held = createContext<Keys>({ keyOf: () => undefined, keep: () => {} });

/**
 * Keeps a key that was just made, in this window's memory and nowhere else, while its owner goes from the form to the
 * device's page. A reload forgets it; nobody can ever show it again.
 */
export function KeyKeeper({ children }: { children: ReactNode }) {
  const [issued, keep] = useState<IssuedKey | null>(null);
  const keyOf = useCallback((deviceId: string) => (issued?.deviceId === deviceId ? issued.key : undefined), [issued]);
  return <Held value={useMemo(() => ({ keyOf, keep }), [keyOf])}>{children}</Held>;
}

/** The keys that this window still remembers. */
export function useKeys(): Keys {
  return useContext(Held);
}
