"""Fail with a clear word when PostgreSQL or Redis does not answer: `services.py POSTGRES_URL REDIS_URL`."""

import sys

import psycopg2
import redis


def main(postgres_url: str, redis_url: str) -> int:
    """Ask both; return 1 when one does not answer."""
    try:
        with psycopg2.connect(postgres_url, connect_timeout=5) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT version()")
            sys.stdout.write(f"{cursor.fetchone()[0]}\n")
        server = redis.Redis.from_url(redis_url, socket_connect_timeout=5)
        sys.stdout.write(f"Redis {server.info('server')['redis_version']}\n")
    except (psycopg2.OperationalError, redis.RedisError) as error:
        sys.stderr.write(f"PostgreSQL and Redis are needed for this part of the check: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
