import { GeistMono } from 'geist/font/mono';
import { GeistSans } from 'geist/font/sans';
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { Footer } from '#components/footer';
import { Nav } from '#components/nav';
import { currentMember } from '#lib/web/session';
import { signOutAction } from './(auth)/actions.ts';
import './globals.css';

export const metadata: Metadata = {
  title: { default: 'rpibroker', template: '%s · rpibroker' },
  description: 'Rent a Raspberry Pi as a small server, by the hour, billed only while it answers.',
};

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fbfbfc' },
    { media: '(prefers-color-scheme: dark)', color: '#0c0d10' },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const member = await currentMember();
  return (
    <html lang="en" className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body className="isolate flex min-h-dvh flex-col">
        <a
          href="#main"
          className="sr-only z-50 rounded-md bg-accent px-3 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
        >
          Skip to the content
        </a>
        <Nav member={member} signOut={signOutAction} />
        <main id="main" className="mx-auto w-full max-w-6xl flex-1 px-4 pt-8 sm:px-6">
          {children}
        </main>
        <Footer />
      </body>
    </html>
  );
}
