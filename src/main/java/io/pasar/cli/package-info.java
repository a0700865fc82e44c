/** The command line: a client of a running gateway's HTTP API, without Spring and without the other packages. */
package io.pasar.cli;
