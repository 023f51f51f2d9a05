import type { ReactNode } from 'react';
import { KeyKeeper } from './key-keeper.tsx';

export default function DevicesLayout({ children }: { children: ReactNode }) {
  return <KeyKeeper>{children}</KeyKeeper>;
}
