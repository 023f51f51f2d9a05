import 'server-only';
import { isOutage } from './outage.ts';
import { currentMember, type Member } from './session.ts';

/** Why an endpoint of the web sends a request away. */
export type EndpointProblem = 'malformed' | 'notSignedIn' | 'notFound' | 'tooManyTries' | 'unavailable';

const refusals: Record<EndpointProblem, [status: number, message: string]> = {
  malformed: [400, 'We do not understand this request.'],
  notSignedIn: [401, 'Please sign in.'],
  // Somebody else's things and things that are not there look the same.
  notFound: [404, 'There is no such thing here.'],
  tooManyTries: [429, 'That was tried too often.'],
  unavailable: [503, 'Something that we depend on is away for a moment. Please try again.'],
};

/** The answer to a request that is sent away. */
export function refusal(problem: EndpointProblem): Response {
  const [status, message] = refusals[problem];
  return Response.json({ error: problem, message }, { status });
}

type Handler<Person, Context> = (request: Request, person: Person, context: Context) => Promise<Response>;

/** An endpoint that anybody may call, signed in or not. */
export function visitorEndpoint<Context>(handle: Handler<Member | null, Context>) {
  return async (request: Request, context: Context): Promise<Response> => {
    try {
      return await handle(request, await currentMember(), context);
    } catch (error) {
      if (isOutage(error)) return refusal('unavailable');
      throw error;
    }
  };
}

/** An endpoint that needs a session; its queries check whose things it shows. */
export function memberEndpoint<Context>(handle: Handler<Member, Context>) {
  return visitorEndpoint<Context>(async (request, member, context) =>
    member ? handle(request, member, context) : refusal('notSignedIn'),
  );
}

/** An endpoint of admins; for everybody else it does not exist. */
export function adminEndpoint<Context>(handle: Handler<Member, Context>) {
  return memberEndpoint<Context>(async (request, member, context) =>
    member.isAdmin ? handle(request, member, context) : refusal('notFound'),
  );
}
