/** The pages that stand in when no environment answers a visitor, by file name. */
export function explainingPages(): Record<'unknown' | 'offline' | 'silent', string> {
  return {
    unknown: page({
      title: 'No rental has this name',
      status: 'Not found · 404',
      text: 'This web address belongs to no running rental. It may have ended, or the name is misspelt.',
      advice: 'Compare the address with the one on your rental’s page. A name is never given to somebody else.',
    }),
    offline: page({
      title: 'The device is offline',
      status: 'Unavailable · 503',
      text: 'This rental’s device has no connection to the relay right now. Time without a connection is not billed.',
      advice: 'It comes back by itself once it has power and network. Try again in a minute.',
    }),
    silent: page({
      title: 'Nothing listens on port 80 yet',
      status: 'Bad gateway · 502',
      text: 'This rental is running, but no web server in it answered on port 80. If there is one, its device may just have lost its connection: try again in a minute.',
      advice: 'If there is none yet, sign in over ssh and start one, for example:',
      command: 'sudo apt-get install -y nginx && sudo service nginx start',
    }),
  };
}

type Explanation = { title: string; status: string; text: string; advice: string; command?: string };

function page({ title, status, text, advice, command }: Explanation): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}</style>
<main>
  <p class="status">${status}</p>
  <h1>${title}</h1>
  <p>${text}</p>
  <p>${advice}</p>${command ? `\n  <pre><code>${command}</code></pre>` : ''}
</main>
</html>
`;
}

const style = `
  :root { color-scheme: light dark; --ground: #fbfbfa; --ink: #1b1b19; --quiet: #63635e; --line: #e3e2de; --accent: oklch(.5 .19 266) }
  @media (prefers-color-scheme: dark) {
    :root { --ground: #151514; --ink: #ecebe8; --quiet: #a3a29c; --line: #33322f; --accent: oklch(.735 .125 266) }
  }
  * { box-sizing: border-box }
  body { margin: 0; min-height: 100vh; padding: 1.5rem;
    display: grid; grid-template-columns: minmax(0, 34rem); place-content: center;
    background: var(--ground); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif }
  main { border-top: 3px solid var(--accent); padding-top: 1.5rem }
  .status { margin: 0; font: .8125rem ui-monospace, monospace; color: var(--quiet) }
  h1 { margin: .25rem 0 1rem; font-size: 1.75rem; line-height: 1.2; letter-spacing: -.015em; text-wrap: balance }
  p { margin: 0 0 .75rem }
  pre { margin: 0; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem;
    white-space: pre-wrap; font: .875rem/1.5 ui-monospace, monospace }
`;
