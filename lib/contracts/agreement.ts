import { createHash } from 'node:crypto';

const version = '1';

const body = `Rental contract

This is an agreement between you, the renter, and the person who owns the device, the owner. The broker keeps its text, counts the time, and moves the money. It holds from the moment you rent until the rental ends.

1. What you get
A Linux environment of your own on the owner's device, with the memory, cores and disk that its listing shows. You are root in it. You reach it by ssh through a public port of the relay, and its ports 80 and 443 through a name of its own. User name, password and address are made for this rental and are never used again. The address and the uptime are those of somebody's home: they are not those of a data centre.

2. What it costs
The hourly rate that the listing shows when you rent. It does not change while the rental runs, whatever the owner asks of others later. You pay only for time in which the relay proved that your environment answered. A gap longer than 30 seconds between two proofs is free from its first second. Nothing is rounded up and there is no least charge. Time to get ready is free.

3. What must be in your wallet
One hour of the rate when you rent. It is set aside until the rental ends, and then it is yours again. When your wallet can pay for less than two minutes of what you run, the environment is paused and its addresses are closed; nothing is charged while it is paused. Top up within 60 minutes and it goes on where it was. After that the rental ends.

4. How it ends
You may stop at any moment. The owner may end it at any moment, and so may the broker's admin. It also ends when the device cannot be reached for 24 hours. When it is not ready within two minutes it is cancelled and costs nothing.

5. What happens to your data
When the rental ends, for whatever reason, the disk of your environment is destroyed and a new one is made before anybody else can rent the device. Nobody can bring anything back, so copy what you need first. While the rental runs, nothing is backed up.

6. What you must know about the owner
The owner has root and physical access to the device. An honest owner does not look, but nothing here can prevent it. Do not put secrets there that would harm you in a stranger's hands.

7. What is forbidden
Everything that is against the law where you or the owner live. Sending unsolicited mail, scanning or attacking other machines, passing on other people's traffic (proxies, exit nodes), sharing what you have no right to share, mining cryptocurrency, and trying to reach the owner's machine, home network or another renter. The owner's internet connection answers for what you do: whoever breaks this loses the rental at once and answers for the damage.

8. What the owner must do
Offer only a device that the owner may offer, whose internet contract allows it. Leave it connected and powered as well as a home can. Not look into, copy or change the environment, nor listen to its traffic. Take the device off the market before changing it. The owner may lose the internet connection, or need it; that ends in unbilled time, and in no other duty.

9. What nobody owes
The environment is rented as it is, with no promise of uptime, speed or fitness for a purpose. Neither side owes the other lost profit or lost data. Who does damage on purpose or by gross carelessness answers for it, and rights that the law lets nobody give up remain.

10. What is kept
The broker keeps who rented what from whom, when, at what rate, the proofs, the charges, and this text with its fingerprint. It does not keep what went through your connections. When an authority asks lawfully who held a device at a time, the broker answers.
`;

/** The contract that a renter agrees to today: its text, and the fingerprint that the rental keeps. */
export const contract = { version, body, hash: createHash('sha256').update(body).digest('hex') } as const;
