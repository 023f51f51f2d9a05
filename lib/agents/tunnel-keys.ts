import { createHash } from 'node:crypto';

/** How every ssh-ed25519 public key begins: its name, and the length of what follows. */
const head = Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.from([0, 0, 0, 32])]);

/** Whether a line (type and base64) really holds an ed25519 public key. */
export function isTunnelKey(line: string): boolean {
  const blob = blobOf(line);
  return blob.length === head.length + 32 && blob.subarray(0, head.length).equals(head);
}

/** The fingerprint of a public key (type and base64), as sshd writes it. */
export function fingerprintOf(line: string): string {
  return `SHA256:${createHash('sha256').update(blobOf(line)).digest('base64').replace(/=+$/, '')}`;
}

function blobOf(line: string): Buffer {
  return Buffer.from(line.split(' ')[1] ?? '', 'base64');
}
