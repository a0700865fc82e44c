package io.pasar.bench;

/**
 * One kind of load.
 *
 * @param name as in the results
 * @param accounts how many the requests are spread over
 */
record Scenario(String name, int connections, boolean keepAlive, int accounts) {

    static Scenario of(int connections, boolean keepAlive) {
        return new Scenario(
                (keepAlive ? "keep-alive, " : "connection per delivery, ") + connections + " connections",
                connections,
                keepAlive,
                1);
    }
}
