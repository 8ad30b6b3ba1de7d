package io.streamwire.seeded.devices;

final class PrintsToTheTerminal {
    void print() {
        System.out.println("seeded");
    }
}
