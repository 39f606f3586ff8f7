# Sends new connections from one network namespace to others without a pause, and counts what comes in from them.
#
# Arguments: the file that tells the window; this end's number; packets a second; then an end each: "number,address,...".
# The window is a number in decimal digits. It is carried by every packet, so that whoever counts knows when it was sent;
# in window 0 nothing is sent, and an empty file ends the program. Goes out, a line each:
#   ready
#   W window                             from now on packets are of this window, and all before it have been sent
#   S window to protocol family count    how many were sent in a window that is over
#   R window from protocol family count  how many have come in since it was last said
#   T                                    all that had come in before has been said
#
# UDP: one datagram to an end that never answers is a new connection each time, also to conntrack. TCP: a SYN; the other
# kernel's RST ends it. Perl, since Node has no raw sockets, and every Debian has perl-base.
use strict;
use warnings;
use Time::HiRes qw(time);

use constant { AF_INET => 2, AF_INET6 => 10, DGRAM => 2, RAW => 3, TCP => 6, DONTWAIT => 0x40 };
use constant { SOL_SOCKET => 1, RCVBUFFORCE => 33, SNDBUFFORCE => 32, SOL_IPV6 => 41, V6ONLY => 26, CHECKSUM => 7 };
use constant { UDP_PORT => 5000, TCP_PORT => 5001, SOURCE_PORT => 10000, BUFFER => 16 << 20 };
use constant { TICK => 0.004, TELL_EVERY => 0.2 };

my ($file, $self, $rate, @others) = @ARGV;

sub address { my ($text) = @_; return $text =~ /:/ ? (AF_INET6, inet6($text)) : (AF_INET, pack("C4", split /\./, $text)); }
sub inet6 {
    my ($head, $tail) = split /::/, $_[0], 2;
    my @head = split /:/, $head;
    my @tail = split /:/, defined $tail ? $tail : "";
    return pack("n8", map { hex } @head, (0) x (8 - @head - @tail), @tail);
}
sub place {
    my ($family, $port, $address) = @_;
    return $family == AF_INET ? pack("S n a4 x8", AF_INET, $port, $address) : pack("S n N a16 N", AF_INET6, $port, 0, $address, 0);
}
sub open_socket {
    my ($family, $type, $protocol) = @_;
    socket(my $socket, $family, $type, $protocol) or die "socket: $!";
    setsockopt($socket, SOL_SOCKET, $_, pack("i", BUFFER)) or die "buffer: $!" for RCVBUFFORCE, SNDBUFFORCE;
    setsockopt($socket, SOL_IPV6, V6ONLY, pack("i", 1)) or die "v6only: $!" if $family == AF_INET6 && $type == DGRAM;
    return $socket;
}
sub sum16 { my $sum = 0; $sum += $_ for unpack("n*", $_[0]); return $sum; }

my (%in, %out);
for my $family (AF_INET, AF_INET6) {
    my $any = $family == AF_INET ? "\0" x 4 : "\0" x 16;
    $in{udp}{$family} = open_socket($family, DGRAM, 0);
    bind($in{udp}{$family}, place($family, UDP_PORT, $any)) or die "bind: $!";
    $out{udp}{$family} = open_socket($family, DGRAM, 0);
    bind($out{udp}{$family}, place($family, SOURCE_PORT + $self, $any)) or die "bind: $!";
    $in{tcp}{$family} = $out{tcp}{$family} = open_socket($family, RAW, TCP);
}
setsockopt($out{tcp}{+AF_INET6}, SOL_IPV6, CHECKSUM, pack("i", 16)) or die "checksum: $!";

# Each end four times: two families by two protocols.
my @ways;
for my $other (@others) {
    my ($number, $own4, $to4, $own6, $to6) = split /,/, $other;
    for my $pair ([$own4, $to4], [$own6, $to6]) {
        my ($family, $from) = address($pair->[0]);
        my (undef, $to) = address($pair->[1]);
        my $pseudo = sum16($from) + sum16($to) + TCP + 20;
        push @ways, { to => $number, family => $family, protocol => "udp", place => place($family, UDP_PORT, $to) };
        push @ways, { to => $number, family => $family, protocol => "tcp", place => place($family, 0, $to), pseudo => $pseudo };
    }
}

sub syn {
    my ($window, $pseudo) = @_;
    my $header = pack("n n N N C C n n n", SOURCE_PORT + $self, TCP_PORT, $window, 0, 0x50, 2, 64240, 0, 0);
    my $sum = sum16($header) + $pseudo;
    $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
    substr($header, 16, 2) = pack("n", ~$sum & 0xffff);
    return $header;
}

my ($window, %sent, %received, $next) = (0);

sub send_one {
    my $way = $ways[$next++ % @ways];
    my $bytes = $way->{protocol} eq "udp" ? pack("N", $window) : syn($window, $way->{pseudo});
    # Refused by this very kernel, for want of a neighbour for one: it was never sent.
    defined send($out{$way->{protocol}}{$way->{family}}, $bytes, 0, $way->{place}) or return;
    $sent{"$way->{to} $way->{protocol} $way->{family}"}++;
}
sub receive {
    for my $family (AF_INET, AF_INET6) {
        while (defined(my $from = recv($in{udp}{$family}, my $data, 64, DONTWAIT))) {
            my $port = unpack("x2 n", $from);
            $received{unpack("N", $data) . " " . ($port - SOURCE_PORT) . " udp $family"}++;
        }
        while (defined recv($in{tcp}{$family}, my $data, 128, DONTWAIT)) {
            my $at = $family == AF_INET ? (ord($data) & 15) * 4 : 0;
            my ($source, $destination, $sequence, $flags) = unpack("x$at n n N x5 C", $data);
            next unless $destination == TCP_PORT && $flags == 2;
            $received{"$sequence " . ($source - SOURCE_PORT) . " tcp $family"}++;
        }
    }
}
sub tell_received {
    print "R $_ $received{$_}\n" for keys %received;
    print "T\n";
    %received = ();
}
sub look_at_window {
    open(my $handle, "<", $file) or exit 0;
    my $now = <$handle>;
    exit 0 unless defined $now;
    chomp $now;
    return if $now == $window;
    print "S $window $_ $sent{$_}\n" for keys %sent;
    %sent = ();
    $window = $now;
    print "W $window\n";
}

# Everybody begins elsewhere, so that nobody is sent to by all at once.
$next = $self * 7;
my ($due, $told) = (time, 0);
$| = 1;
print "ready\n";
while (1) {
    look_at_window();
    my $now = time;
    $due = $now - 0.05 if $due < $now - 0.05;
    for (; $due < $now; $due += 1 / $rate) { send_one() if $window; }
    receive();
    if ($now - $told > TELL_EVERY) { tell_received(); $told = $now; }
    select(undef, undef, undef, TICK);
}
