export { receiveCspReport as POST } from '#lib/web/csp-report';
