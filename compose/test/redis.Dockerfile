# Stands in for the official image: the same user, directory and way to drop root.
FROM localhost/stand-in-servers
COPY --chmod=755 redis-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
RUN install -d -o redis -g redis -m 755 /data
WORKDIR /data
VOLUME /data
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["redis-server"]
