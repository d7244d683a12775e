import { defineConfig } from 'prisma/config';

// DATABASE_URL is needed only by commands that open a database; generating the client needs none.
const url = process.env['DATABASE_URL'];

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(url === undefined ? {} : { datasource: { url } }),
});
