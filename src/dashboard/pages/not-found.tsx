import { Link } from 'react-router';

export function NotFoundPage() {
  return (
    <section className="sheet">
      <title>Not found · Polywarden</title>
      <h1>There is no such page</h1>
      <p>
        <Link to="/">Back to the overview</Link>
      </p>
    </section>
  );
}
