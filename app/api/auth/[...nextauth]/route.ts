import { authRoutes } from '#lib/web/auth';

export const { GET, POST } = authRoutes;
